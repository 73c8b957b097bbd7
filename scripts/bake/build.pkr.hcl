# The steps of a bake, whatever makes the machine: packages, parbake with its config, the proof that the image renders on each
# type, and the seal. `packer build -only=amazon-ebs.image .` or `-only=qemu.image`.

variable "parbake" {
  description = "The binary that goes into the image, built for its architecture."
  type        = string
  default     = "../../dist/parbake"
}

variable "files" {
  description = "The folder with the image's own files; its `provision` runs as root."
  type        = string
  default     = "image"
}

variable "base" {
  description = "What the image is made from, for its manifest; amazon-ebs knows its own."
  type        = string
  default     = ""
}

variable "source_commit" {
  description = "The commit that these files are of, for the image's manifest."
  type        = string
  default     = ""
}

build {
  sources = ["source.amazon-ebs.image", "source.qemu.image"]

  provisioner "file" {
    source      = var.parbake
    destination = "/tmp/parbake"
  }

  provisioner "file" {
    source      = var.files
    destination = "/tmp"
  }

  provisioner "shell" {
    execute_command = "chmod +x {{ .Path }}; sudo -n env {{ .Vars }} {{ .Path }}"
    environment_vars = [
      "FILES=/tmp/${basename(var.files)}",
      "BASE=${var.base}",
      "SOURCE_COMMIT=${var.source_commit}",
    ]
    script = "provision"
  }
}
