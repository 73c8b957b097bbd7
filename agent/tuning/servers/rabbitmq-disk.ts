// Sets the free disk below which RabbitMQ blocks publishers: as much as its memory mark, as far as the disk of its data
// allows.

import { byGiven, bytes, type Reason } from "../profile/build-setting.ts";
import type { Allotment, Options, Setting } from "../profile/profile.ts";
import { optionalNumber } from "../profile/read-option.ts";

export const CHECKLIST = "rabbitmq.com, production checklist";
export const OPERATOR = "rabbitmq/cluster-operator, internal/resource/configmap.go";

/** As packages have it. */
export const DATA_FOLDER = "/var/lib/rabbitmq";

/** At most this part of a disk: the system and the messages share the rest, and the node must not start in alarm. */
const DISK_PART = 4;

/** The limit that RabbitMQ's operator for Kubernetes sets, which does not know the volume either. */
const UNKNOWN_DISK_LIMIT_BYTES = 2_000_000_000;

export function tuneDisk(watermarkBytes: number, { dataDiskBytes }: Allotment, options: Options): Setting {
  const given = optionalNumber(options, "disk_free_limit_absolute");
  if (given !== null) return limitDisk(given, byGiven("disk_free_limit_absolute", given, CHECKLIST));
  const diskBytes = optionalNumber(options, "disk") ?? dataDiskBytes;
  if (diskBytes === null) return limitUnknownDisk(watermarkBytes);
  const mostBytes = Math.floor(diskBytes / DISK_PART);
  const isSmall = mostBytes < watermarkBytes;
  return limitDisk(Math.min(watermarkBytes, mostBytes), {
    formula: "min(watermarkBytes, diskBytes / 4)",
    inputs: { watermarkBytes, diskBytes },
    source: CHECKLIST,
    ...(isSmall
      ? {
          boundBy: "disk",
          note: "the production checklist advises as much as the memory mark, so a disk of four times that",
        }
      : {}),
  });
}

function limitUnknownDisk(watermarkBytes: number): Setting {
  const isLess = UNKNOWN_DISK_LIMIT_BYTES < watermarkBytes;
  return limitDisk(Math.min(watermarkBytes, UNKNOWN_DISK_LIMIT_BYTES), {
    formula: "min(watermarkBytes, limitOfUnknownBytes)",
    inputs: { watermarkBytes, limitOfUnknownBytes: UNKNOWN_DISK_LIMIT_BYTES },
    source: `${OPERATOR}, defaultRabbitmqConf`,
    boundBy: isLess ? "cap" : null,
    note: `a boot knows the disk of ${DATA_FOLDER} and takes the memory mark, up to a quarter of it; elsewhere the option disk gives its size`,
  });
}

function limitDisk(limitBytes: number, reason: Reason): Setting {
  return bytes(limitBytes, String(limitBytes), reason);
}
