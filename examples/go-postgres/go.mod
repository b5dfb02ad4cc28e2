module example.com/stockly

go 1.24

require (
	github.com/jackc/pgx/v5 v5.7.6
	go.yaml.in/yaml/v3 v3.0.4
	seatrial.dev/space v0.0.0
)

require (
	github.com/jackc/pgpassfile v1.0.0 // indirect
	github.com/jackc/pgservicefile v0.0.0-20240606120523-5a60cdf6a761 // indirect
	github.com/jackc/puddle/v2 v2.2.2 // indirect
	github.com/kr/text v0.2.0 // indirect
	github.com/rogpeppe/go-internal v1.9.0 // indirect
	golang.org/x/crypto v0.37.0 // indirect
	golang.org/x/sync v0.13.0 // indirect
	golang.org/x/text v0.24.0 // indirect
)

// This repository's own; your project takes it with `go get seatrial.dev/space`.
replace seatrial.dev/space => ../../clients/go
