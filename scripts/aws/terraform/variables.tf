variable "name" {
  type        = string
  description = "What the group, its role and its instances are called."
}

variable "family" {
  type        = string
  description = "The images' tag parbake:family: the newest of this account is launched."
}

variable "architecture" {
  type        = string
  description = "arm64 or x86_64."
  default     = "arm64"

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "Write arm64 or x86_64."
  }
}

variable "instance_type" {
  type        = string
  description = "A type that the image was baked for: parbake apply --dry-run --instance-type says so."
  default     = "m7g.large"
}

variable "subnet_ids" {
  type        = list(string)
  description = "Where the instances are."
}

variable "security_group_ids" {
  type        = list(string)
  description = "Their security groups. They must let out HTTPS to Secrets Manager."
}

variable "min_size" {
  type        = number
  description = "The fewest instances."
  default     = 1
}

variable "max_size" {
  type        = number
  description = "The most instances."
  default     = 3
}

variable "secrets_prefix" {
  type        = string
  description = "How the names begin of the secrets that the config fetches."
  default     = "prod/"
}

variable "kms_key_arn" {
  type        = string
  description = "The key of your own that encrypts them; null: AWS's."
  default     = null
}

variable "batch" {
  type        = bool
  description = "Whether the config has aws: { batch: true }."
  default     = false
}
