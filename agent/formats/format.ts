// The formats of config files that parbake knows, and what a value in one may have to spell. Pure.

export type TemplateFormat =
  | "json"
  | "yaml"
  | "toml"
  | "ini"
  | "properties"
  | "env"
  | "sh"
  | "xml"
  | "nginx"
  | "systemd"
  | "postgresql"
  | "text";

export type ScalarType = "number" | "boolean";
