/**
 * An EKS cluster made for CouchDB: network, keys, control plane, nodes and add-ons in AWS, and the Kubernetes half that
 * leads the web to it. Every decision is in the plan; nothing is decided here.
 */
export { EksCluster, type EksClusterArgs } from "./eks/cluster";
export { EksPlatform, type EksPlatformArgs } from "./eks/platform";
