variable "environment" {
  description = "The name of the environment; part of every name."
  type        = string
  default     = "prod"
}

variable "retention_days" {
  type    = number
  default = 14
}
