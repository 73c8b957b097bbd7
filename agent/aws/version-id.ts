// What the id of a secret's version looks like: UUIDs as a rule; whoever creates a version may choose another of 32 to 64
// characters (CreateSecret's ClientRequestToken). It stands in reports, records and logs as it is.

export const VERSION_ID = /^[\w-]{32,64}$/;
