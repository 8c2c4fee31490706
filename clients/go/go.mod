module openfield/clients/go

go 1.22.0

require github.com/Lightfld/lightfield-go v0.10.0
