# The last step of a bake: renders and checks everything for each instance type that the image may run on, without a
# network, and fails the build where anything is wrong. In a real bake the source is the builder of the image and the
# provisioner is `shell`; here the image is a folder on this machine.

variable "root" {
  type = string
}

source "null" "image" {
  communicator = "none"
}

build {
  sources = ["source.null.image"]

  provisioner "shell-local" {
    inline = [
      "systemd-nspawn --quiet --register=no --keep-unit --pipe --directory=${var.root} parbake check --instance-type 't3.micro,m7g.{large..8xlarge},r7i.4xlarge' --junit /root/junit.xml",
      "systemd-nspawn --quiet --register=no --keep-unit --pipe --directory=${var.root} parbake apply --dry-run --instance-type t3.micro,m7g.large,r7i.4xlarge",
    ]
  }
}
