// What is known of the images of one region: asks for each image and each family once.

import { familyKey, type FleetImage } from "../../fleet/fleet.ts";
import { judgeImage, type Standing } from "../../fleet/judge-image.ts";
import { describeFamilies, describeImages, MOST_VALUES, type ImageSource } from "./describe-images.ts";

export class ImageBook {
  readonly #source: ImageSource;
  readonly #nowMs: number;
  readonly #standings = new Map<string, Standing>();
  /** By familyKey. */
  readonly #families = new Map<string, FleetImage[]>();

  constructor(source: ImageSource, nowMs: number) {
    this.#source = source;
    this.#nowMs = nowMs;
  }

  /** @throws Refusal: denied, or no answer until the deadline */
  async learn(imageIds: Iterable<string>): Promise<void> {
    const unknown = [...new Set(imageIds)].filter((id) => !this.#standings.has(id));
    for (const ids of chunk(unknown)) {
      const images = await describeImages(ids, this.#source);
      await this.#learnFamilies(images);
      for (const id of ids) this.#standings.set(id, this.#gone(id));
      for (const image of images) this.#standings.set(image.id, this.#judge(image));
    }
  }

  /** Of an image that was learnt. */
  standingOf(imageId: string): Standing {
    return this.#standings.get(imageId) ?? this.#gone(imageId);
  }

  #gone(imageId: string): Standing {
    return { kind: "gone", imageId, region: this.#source.region };
  }

  async #learnFamilies(images: readonly FleetImage[]): Promise<void> {
    const byKey = new Map(images.map(({ family }) => [familyKey(family), family]));
    const unknown = [...byKey].filter(([key]) => !this.#families.has(key)).map(([, family]) => family);
    const byCall = Map.groupBy(unknown, ({ ownerId, kind }) => `${ownerId} ${kind}`);
    for (const family of unknown) this.#families.set(familyKey(family), []);
    for (const families of [...byCall.values()].flatMap(chunk))
      for (const image of await describeFamilies(families, this.#source))
        this.#families.get(familyKey(image.family))?.push(image);
  }

  #judge(image: FleetImage): Standing {
    return judgeImage(image, this.#families.get(familyKey(image.family)) ?? [], this.#nowMs);
  }
}

function chunk<Item>(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  for (let start = 0; start < items.length; start += MOST_VALUES) chunks.push(items.slice(start, start + MOST_VALUES));
  return chunks;
}
