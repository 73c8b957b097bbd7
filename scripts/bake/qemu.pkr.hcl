# A disk image out of another one, without a cloud: for a try of the bake, and for machines of one's own.

variable "disk" {
  description = "The image to begin with: a Debian with sshd."
  type        = string
  default     = "debian-12.raw"
}

variable "output" {
  description = "The folder that is made, with the image in it."
  type        = string
  default     = "output"
}

variable "accelerator" {
  description = "kvm; tcg where there is none."
  type        = string
  default     = "kvm"
}

variable "ssh_private_key_file" {
  type    = string
  default = ""
}

variable "qemuargs" {
  description = "What qemu is told besides: a kernel of its own, say."
  type        = list(list(string))
  default     = []
}

source "qemu" "image" {
  disk_image       = true
  iso_url          = var.disk
  iso_checksum     = "none"
  format           = "raw"
  output_directory = var.output
  vm_name          = "image.raw"
  skip_resize_disk = true

  accelerator    = var.accelerator
  machine_type   = "q35"
  cpus           = 2
  memory         = 2048
  headless       = true
  disable_vnc    = true
  net_device     = "virtio-net-pci"
  disk_interface = "virtio"
  qemuargs       = var.qemuargs

  ssh_username         = "root"
  ssh_private_key_file = var.ssh_private_key_file
  ssh_timeout          = "10m"
  boot_wait            = "5s"
  shutdown_command     = "poweroff"
}
