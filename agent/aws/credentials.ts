// What requests to AWS are signed with, and whose it is.

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
  /** `environment`: an access key that somebody set, not the role of the instance. Default: the role. */
  readonly origin?: "environment";
  /** What the role is called. */
  readonly role?: string;
}
