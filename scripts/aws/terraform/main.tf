# An Auto Scaling group of instances with parbake: IMDSv2 alone, no hop beyond the instance, nothing in user data, and the role that
# boot-policy.json proves to be enough. A new image of the family rolls through the group.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

data "aws_region" "current" {}

data "aws_caller_identity" "current" {}

data "aws_ami" "newest" {
  most_recent = true
  owners      = ["self"]

  filter {
    name   = "tag:parbake:family"
    values = [var.family]
  }

  filter {
    name   = "architecture"
    values = [var.architecture]
  }
}

locals {
  # One file has the policy, here as in its test: only its names are replaced.
  in_region  = replace(file("${path.module}/../boot-policy.json"), "eu-west-1", data.aws_region.current.name)
  in_account = replace(local.in_region, "123456789012", data.aws_caller_identity.current.account_id)
  of_secrets = replace(local.in_account, "secret:prod/", "secret:${var.secrets_prefix}")
  policy     = replace(local.of_secrets, "/arn:aws:kms:[^\"]*/", var.kms_key_arn == null ? "" : var.kms_key_arn)

  wanted = concat(
    ["ReadSecrets"],
    var.kms_key_arn == null ? [] : ["DecryptWithOwnKey"],
    var.batch ? ["ReadInBatches"] : [],
  )
}

resource "aws_iam_role" "instance" {
  name_prefix = "${var.name}-"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ec2.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "boot" {
  name   = "parbake-boot"
  role   = aws_iam_role.instance.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [for each in jsondecode(local.policy).Statement : each if contains(local.wanted, each.Sid)] })
}

# For ssm-document.yaml.
resource "aws_iam_role_policy_attachment" "systems_manager" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

resource "aws_iam_instance_profile" "instance" {
  name_prefix = "${var.name}-"
  role        = aws_iam_role.instance.name
}

resource "aws_launch_template" "instance" {
  name_prefix            = "${var.name}-"
  image_id               = data.aws_ami.newest.id
  instance_type          = var.instance_type
  vpc_security_group_ids = var.security_group_ids
  update_default_version = true

  iam_instance_profile {
    arn = aws_iam_instance_profile.instance.arn
  }

  # parbake speaks IMDSv2 alone. With one hop no container behind a bridge gets the role's credentials.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "enabled"
  }

  tag_specifications {
    resource_type = "instance"
    tags          = { Name = var.name }
  }
}

resource "aws_autoscaling_group" "instances" {
  name_prefix         = "${var.name}-"
  min_size            = var.min_size
  max_size            = var.max_size
  vpc_zone_identifier = var.subnet_ids

  launch_template {
    id      = aws_launch_template.instance.id
    version = aws_launch_template.instance.latest_version
  }

  instance_refresh {
    strategy = "Rolling"

    preferences {
      min_healthy_percentage = 90
      auto_rollback          = true
    }
  }
}
