import pulumi from "@pulumi/eslint-plugin";
import tseslint from "typescript-eslint";

// Only rules that need types, or that guard a decision of this project; layout is the formatter's work.
export default tseslint.config(
    { ignores: ["dist/", "node_modules/", ".toolchain/", ".sandbox/"] },
    {
        files: ["**/*.ts"],
        extends: [tseslint.configs.recommendedTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        plugins: { "@pulumi": pulumi },
        rules: {
            "@pulumi/no-output-in-template-literal": "error",
            "@pulumi/no-output-instance-in-template-literal": "off",
            "@typescript-eslint/no-floating-promises": "error",
            "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
            "@typescript-eslint/consistent-type-imports": "error",
            "no-console": "error",
        },
    },
    {
        // They talk to a person, and look at what an API server or a command answers as it comes.
        files: ["tests/**/*.ts", "bench/**/*.ts", "scripts/**/*.ts"],
        rules: {
            "no-console": "off",
            "@typescript-eslint/no-unsafe-argument": "off",
            "@typescript-eslint/no-unsafe-assignment": "off",
            "@typescript-eslint/no-unsafe-call": "off",
            "@typescript-eslint/no-unsafe-member-access": "off",
            "@typescript-eslint/no-unsafe-return": "off",
        },
    },
    {
        // It talks to a person.
        files: ["cli/**/*.ts"],
        rules: { "no-console": "off" },
    },
);
