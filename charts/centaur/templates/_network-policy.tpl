{{/*
Every address but those at which clouds serve the credentials of their machines.
*/}}
{{- define "centaur.networkPolicy.anywhere" -}}
{{ list
  (dict
    "ipBlock" (dict
      "cidr" "0.0.0.0/0"
      "except" (list
        "169.254.0.0/16"
        "168.63.129.16/32"
        "100.100.100.200/32"
        "100.96.0.96/32"
        "192.0.0.192/32"
      )
    )
  )
  (dict
    "ipBlock" (dict
      "cidr" "::/0"
      "except" (list
        "fe80::/10"
        "fd00:ec2::254/128"
        "fd00:ec2::23/128"
        "fd20:ce::254/128"
        "fd00:c1::a9fe:a9fe/128"
        "fd00:100::100:200/128"
        "fd00:a9fe:a9fe::1/128"
        "fd00:42::42/128"
      )
    )
  )
| toJson }}
{{- end }}
