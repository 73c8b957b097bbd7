// How much MySQL and MariaDB ask of the disk in the background.

import { count } from "../profile/build-setting.ts";
import type { Options, Settings } from "../profile/profile.ts";
import { choiceOption, optionalNumber } from "../profile/read-option.ts";

const IO_CAPACITY = "dev.mysql.com/doc/refman, innodb-configuring-io-capacity";

/**
 * Operations a second that the disk bears: for a hard disk twice the 100 of MySQL's manual, for `ssd` the baseline of EBS
 * gp3, for an instance's local disks, which bear more, so many that innodb_io_capacity is the default of 8.4. The machine
 * does not tell them apart: to the kernel an EBS volume is an NVMe disk, too.
 */
export const INNODB_STORAGES = {
  hdd: { iops: 200, flushNeighbors: 1 },
  ssd: { iops: 3000, flushNeighbors: 0 },
  nvme: { iops: 20_000, flushNeighbors: 0 },
};

/** Both by MySQL's manual: the variable's least, and the most that it advises. */
const LEAST_IO_CAPACITY = 100;
const MOST_IO_CAPACITY = 20_000;

/**
 * innodb_io_capacity_max is what the disk bears: with more, InnoDB overloads it (Percona, "Save Money in AWS RDS").
 * innodb_io_capacity is half of that, since reads and the logs want the same disk: the manual has the two in this
 * proportion.
 */
export function tuneDisk(options: Options): Settings {
  const storage = choiceOption(options, "storage", INNODB_STORAGES);
  const given = optionalNumber(options, "iops");
  const { iops: byStorage, flushNeighbors } = INNODB_STORAGES[storage];
  const iops = given ?? byStorage;
  const capacity = Math.min(Math.max(Math.floor(iops / 2), LEAST_IO_CAPACITY), MOST_IO_CAPACITY);
  const boundBy = given === null ? null : "user";
  return {
    innodb_io_capacity: count(capacity, {
      formula: `clamp(iops / 2, ${LEAST_IO_CAPACITY}, ${MOST_IO_CAPACITY})`,
      inputs: { iops },
      source: IO_CAPACITY,
      boundBy,
    }),
    innodb_io_capacity_max: count(iops, {
      ...(given === null ? { formula: "by storage", inputs: { storage } } : { formula: "iops", inputs: { iops } }),
      source: IO_CAPACITY,
      boundBy,
    }),
    innodb_flush_neighbors: count(flushNeighbors, { formula: "by storage", inputs: { storage }, source: IO_CAPACITY }),
  };
}
