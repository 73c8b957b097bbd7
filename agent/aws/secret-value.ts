// A secret value that cannot be printed by accident: every implicit conversion gives its name instead.

const bytesOf = new WeakMap<SecretValue, Buffer>();

export class SecretValue {
  /** `prod/db#password`: what every printer shows. */
  readonly label: string;

  constructor(label: string, bytes: Buffer) {
    this.label = label;
    bytesOf.set(this, bytes);
  }

  /** The bytes themselves, for the code that writes them to the secrets folder. */
  reveal(): Buffer {
    const bytes = bytesOf.get(this);
    if (!bytes) throw new Error(`the value of ${this.label} has been erased`);
    return bytes;
  }

  /** Zeroes the bytes. A copy that V8 made of them as a string is out of reach. */
  erase(): void {
    bytesOf.get(this)?.fill(0);
    bytesOf.delete(this);
  }

  // What assert and Object.prototype.toString show, which do not ask the methods below.
  get [Symbol.toStringTag](): string {
    return `secret ${this.label}`;
  }

  toString(): string {
    return `[secret ${this.label}]`;
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}
