/** Who one is, names, parameters, and what bears a tag. */
import { listAt, textAt } from "../../values";
import { callerOf, tagsOf } from "../facts";
import { sdk } from "../sdk/validate";
import { filtered, type Lookup, only } from "./question";

/** Of the regions the stand-in has; AWS gives each region's load balancers a zone of their own. */
const zoneOfLoadBalancers = (region: string): string => `Z${region.replace(/[^a-z0-9]/g, "").toUpperCase()}ALB`;

export const others: Record<string, Lookup> = {
    "aws:index/getCallerIdentity:getCallerIdentity": ({ config }) => ({
        id: config.account,
        accountId: config.account,
        arn: callerOf(config),
        userId: "AIDAOPERATOR",
    }),
    "aws:index/getPartition:getPartition": ({ config }) => ({
        id: config.partition,
        partition: config.partition,
        dnsSuffix: "amazonaws.com",
        reverseDnsPrefix: "com.amazonaws",
    }),
    "aws:index/getRegion:getRegion": ({ region }) => ({
        id: region,
        name: region,
        endpoint: `ec2.${region}.amazonaws.com`,
        description: region,
    }),
    "aws:lb/getHostedZoneId:getHostedZoneId": ({ region }) => ({ id: zoneOfLoadBalancers(region) }),
    "aws:ssm/getParameter:getParameter": ({ args, settings, region }) => {
        const name = textAt(args, "name");
        const value = settings.parameters[name];
        if (value === undefined) throw new Error(`reading SSM Parameter (${name}): couldn't find resource`);
        return {
            id: name,
            arn: `arn:aws:ssm:${region}::parameter${name}`,
            insecureValue: value,
            type: "String",
            value,
            version: 1,
            withDecryption: true,
        };
    },
    "aws:route53/getZone:getZone": (question) => {
        const { args, inventory } = question;
        const bare = (name: string): string => name.replace(/\.$/, "");
        const found = only(
            filtered(question, inventory.all("aws:route53/zone:Zone", ""))
                .filter(({ id }) => args["zoneId"] === undefined || args["zoneId"] === id)
                .filter(
                    ({ properties }) =>
                        args["name"] === undefined || bare(textAt(args, "name")) === bare(textAt(properties, "name")),
                ),
            "Route 53 Hosted Zone",
        );
        return {
            ...found.properties,
            id: found.id,
            zoneId: found.id,
            name: bare(textAt(found.properties, "name")),
            privateZone: false,
            tags: tagsOf(found),
        };
    },
    "aws:resourcegroupstaggingapi/getResources:getResources": ({ args, inventory, region }) => {
        const types = listAt(args, "resourceTypeFilters").map(String);
        const found = inventory.items
            .filter((item) => item.region === "" || item.region === region)
            .filter((item) => "tagsAll" in (sdk.resources[item.type]?.outputs ?? {}) && textAt(item.properties, "arn"))
            .filter(
                ({ properties }) =>
                    types.length === 0 || types.some((type) => isOfType(textAt(properties, "arn"), type)),
            )
            .filter((item) =>
                listAt(args, "tagFilters").every((one) => {
                    const value = tagsOf(item)[textAt(one, "key")];
                    const values = listAt(one, "values");
                    return value !== undefined && (values.length === 0 || values.includes(value));
                }),
            );
        return {
            resourceTagMappingLists: found.map((item) => ({
                resourceArn: textAt(item.properties, "arn"),
                tags: tagsOf(item),
                complianceDetails: [],
            })),
        };
    },
};

/** `eks:cluster`, or `eks` for all of a service. */
function isOfType(arn: string, type: string): boolean {
    const [service = "", kind] = type.split(":");
    const [, , of, , , rest = ""] = arn.split(":");
    return of === service && (kind === undefined || rest.split("/")[0] === kind);
}
