/** Networks, instance types and snapshots. */
import { listAt, numberAt, textAt } from "../../values";
import { tagsOf, textsAt } from "../facts";
import type { Item } from "../world";
import { filtered, type Lookup, only, type Question } from "./question";

const VPC = "aws:ec2/vpc:Vpc";
const SUBNET = "aws:ec2/subnet:Subnet";
const SNAPSHOT = "aws:ebs/snapshot:Snapshot";

const withId = ({ args }: Question, items: Item[]): Item[] =>
    args["id"] === undefined ? items : items.filter(({ id }) => id === args["id"]);

const outputs = (item: Item) => ({ ...item.properties, id: item.id, tags: tagsOf(item) });

/** Newest first where it is asked for. */
function snapshots(question: Question): Item[] {
    const { args, inventory, region } = question;
    const ids = textsAt(args, "snapshotIds");
    const owners = textsAt(args, "owners").map((one) => (one === "self" ? question.config.account : one));
    const all = inventory
        .all(SNAPSHOT, region)
        .filter(({ id }) => ids.length === 0 || ids.includes(id))
        .filter(
            ({ properties }) =>
                owners.length === 0 || owners.includes(textAt(properties, "ownerId") || question.config.account),
        );
    const found = filtered(question, all);
    return found.sort((a, b) => startOf(b).localeCompare(startOf(a)));
}

const startOf = ({ properties }: Item): string => textAt(properties, "startTime");

export const ec2: Record<string, Lookup> = {
    "aws:index/getAvailabilityZones:getAvailabilityZones": (question) => {
        const names = question.settings.regions[question.region]?.zones ?? [];
        return {
            id: question.region,
            names,
            zoneIds: names.map((name) => `${question.region}-${name.slice(-1)}`),
            groupNames: [question.region],
        };
    },
    "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": (question) => {
        const { args, settings, region } = question;
        const byZone = args["locationType"] === "availability-zone";
        const zones = settings.regions[region]?.zones ?? [];
        const wanted = (name: string, value: string) =>
            listAt(args, "filters")
                .filter((one) => textAt(one, "name") === name)
                .every((one) => listAt(one, "values").includes(value));
        const offers = Object.entries(settings.instanceTypes).flatMap(([type, offer]) =>
            (byZone ? (offer.zones ?? zones) : [region]).map((location) => ({ type, location })),
        );
        const found = offers.filter(
            ({ type, location }) => wanted("instance-type", type) && wanted("location", location),
        );
        return {
            instanceTypes: found.map(({ type }) => type),
            locations: found.map(({ location }) => location),
            locationTypes: found.map(() => (byZone ? "availability-zone" : "region")),
        };
    },
    "aws:ec2/getInstanceType:getInstanceType": ({ args, settings }) => {
        const type = textAt(args, "instanceType");
        const offer = settings.instanceTypes[type];
        if (!offer)
            throw new Error(
                `reading EC2 Instance Type (${type}): api error InvalidInstanceType: The following supplied instance types do not exist: [${type}]`,
            );
        return {
            id: type,
            currentGeneration: true,
            defaultVcpus: offer.vcpus,
            memorySize: offer.memoryMi,
            supportedArchitectures: offer.architectures,
        };
    },
    "aws:ec2/getVpc:getVpc": (question) => {
        const found = only(
            withId(question, filtered(question, question.inventory.all(VPC, question.region))),
            "EC2 VPC",
        );
        const cidrBlock = textAt(found.properties, "cidrBlock");
        return {
            cidrBlockAssociations: [{ associationId: "vpc-cidr-assoc-0", cidrBlock, state: "associated" }],
            default: false,
            state: "available",
            ...outputs(found),
        };
    },
    "aws:ec2/getSubnet:getSubnet": (question) => {
        const found = only(
            withId(question, filtered(question, question.inventory.all(SUBNET, question.region))),
            "EC2 Subnet",
        );
        return { state: "available", availableIpAddressCount: 251, ...outputs(found) };
    },
    "aws:ec2/getSubnets:getSubnets": (question) => ({
        ids: filtered(question, question.inventory.all(SUBNET, question.region)).map(({ id }) => id),
    }),
    "aws:ebs/getSnapshotIds:getSnapshotIds": (question) => ({ ids: snapshots(question).map(({ id }) => id) }),
    "aws:ebs/getSnapshot:getSnapshot": (question) => {
        const [found, another] = snapshots(question);
        if (!found)
            throw new Error("Your query returned no results. Please change your search criteria and try again.");
        if (another && question.args["mostRecent"] !== true)
            throw new Error(
                "Your query returned more than one result. Please try a more specific search criteria, or set `most_recent` attribute to true.",
            );
        return {
            description: "",
            encrypted: false,
            kmsKeyId: "",
            ownerId: question.config.account,
            state: "completed",
            ...outputs(found),
            snapshotId: found.id,
            volumeSize: numberAt(found.properties, "volumeSize"),
        };
    },
};
