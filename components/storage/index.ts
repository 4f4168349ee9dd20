/** Storage of an EKS cluster: its classes, and the snapshots of its volumes. */
export { Storage, type StorageArgs } from "./classes";
export { SnapshotPolicies, type SnapshotPoliciesArgs } from "./snapshots";
