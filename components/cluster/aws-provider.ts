/** The only place where AWS providers are made. */
import { Provider } from "@pulumi/aws/provider";
import type { AwsAddress } from "../../config/aws/failure";
import type { AwsPlace } from "../../config/aws/place";

/**
 * For reading, before the first resource. It looks at nothing by itself, and works in every account: what is wrong with the
 * credentials is the answer to a question, and told in words of the stack file.
 */
export function readingProvider(address: AwsAddress): Provider {
    return new Provider("aws-read", {
        ...access(address),
        skipCredentialsValidation: true,
        skipRequestingAccountId: true,
    });
}

/**
 * For what is made. It refuses every account but that one by itself: a refresh with other credentials would find nothing of
 * the stack, and forget it.
 *
 * @param account that was read
 */
export function awsProvider(address: AwsAddress, account: string, tags: AwsPlace["tags"]): Provider {
    return new Provider("aws", { ...access(address), allowedAccountIds: [account], defaultTags: { tags } });
}

function access({ region, profile }: AwsAddress) {
    return { region, ...(profile === undefined ? {} : { profile }) };
}
