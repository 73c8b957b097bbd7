// What a service finds a secret as in $CREDENTIALS_DIRECTORY. Pure.

// systemd takes more (credential_name_valid), but these need no quotes anywhere.
export const CREDENTIAL_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/;

export function isCredentialName(text: string): boolean {
  return CREDENTIAL_NAME.test(text);
}
