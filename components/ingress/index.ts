/** The way to an instance from the internet, as far as it is AWS's: certificate before it, record after it. */
export { Address, type AddressArgs } from "./address";
export { Certificate, type CertificateArgs } from "./certificate";
