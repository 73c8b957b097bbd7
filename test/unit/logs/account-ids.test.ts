import assert from "node:assert/strict";
import { findAccounts, hideAccounts } from "../../../agent/logs/account-ids.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf";

describe("account ids", () => {
  it("are what stands in an ARN, a registry's name, or beside the word; the same digits go everywhere", () => {
    const texts = [
      `id: ${ARN}\nkms: arn:aws-cn:kms:cn-north-1:444455556666:key/1`,
      'image: 777788889999.dkr.ecr.eu-west-1.amazonaws.com/x\n{"accountId":"123412341234"}',
      "the account 111122223333 may not; bucket logs-111122223333-eu; account_id = 432143214321",
    ];
    const accounts = findAccounts(texts);
    assert.deepEqual(
      [...accounts],
      [
        ["111122223333", "000000000001"],
        ["444455556666", "000000000002"],
        ["777788889999", "000000000003"],
        ["123412341234", "000000000004"],
        ["432143214321", "000000000005"],
      ],
    );
    assert.deepEqual(
      texts.map((text) => hideAccounts(text, accounts)),
      [
        "id: arn:aws:secretsmanager:eu-west-1:000000000001:secret:prod/db-AbCdEf\nkms: arn:aws-cn:kms:cn-north-1:000000000002:key/1",
        'image: 000000000003.dkr.ecr.eu-west-1.amazonaws.com/x\n{"accountId":"000000000004"}',
        "the account 000000000001 may not; bucket logs-000000000001-eu; account_id = 000000000005",
      ],
    );
  });

  it("are in the URL of a queue, in names of AWS's hosts, and with hyphens, as the console has them", () => {
    const text =
      "https://sqs.eu-west-1.amazonaws.com/111122223333/q https://444455556666.signin.aws.amazon.com/console\n" +
      "x-777788889999.s3-control.eu-west-1.amazonaws.com account 1234-1234-1234 and 123412341234, 2026-1130-0101\n";
    assert.equal(
      hideAccounts(text, findAccounts([text])),
      "https://sqs.eu-west-1.amazonaws.com/000000000003/q https://000000000001.signin.aws.amazon.com/console\n" +
        "x-000000000002.s3-control.eu-west-1.amazonaws.com account 000000000004 and 000000000004, 2026-1130-0101\n",
    );
  });

  it("are no sizes and times that have as many digits", () => {
    const text =
      '"memTotalBytes": 137438953472\nInactiveExitTimestampMonotonic=645147068450\n1111222233334 arn:aws:s3:::x';
    assert.deepEqual([...findAccounts([text])], []);
    assert.equal(hideAccounts(text, findAccounts([ARN])), text);
  });
});
