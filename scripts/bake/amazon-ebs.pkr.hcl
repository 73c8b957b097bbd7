# An AMI out of Debian 12's newest one. `ami_name` has the time, so that the newest of a family is the last by name.

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "architecture" {
  description = "x86_64 or arm64: that of the binary, and of the builder."
  type        = string
  default     = "x86_64"
}

variable "family" {
  description = "What the images of one kind are called: `parbake fleet` compares them."
  type        = string
  default     = "web"
}

source "amazon-ebs" "image" {
  region        = var.region
  ami_name      = "${var.family}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
  instance_type = var.architecture == "arm64" ? "t4g.medium" : "t3.medium"
  ssh_username  = "admin"

  source_ami_filter {
    owners      = ["136693071363"] # Debian: https://wiki.debian.org/Cloud/AmazonEC2Image
    most_recent = true
    filters = {
      name                = "debian-12-*"
      architecture        = var.architecture
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  # IMDSv2 alone, for the builder and for all that is launched from the image.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  imds_support = "v2.0"

  encrypt_boot = true

  tags = {
    Name             = "${var.family}-${formatdate("YYYYMMDDhhmmss", timestamp())}"
    "parbake:family" = var.family
    "parbake:base"   = "{{ .SourceAMI }}"
  }
}
