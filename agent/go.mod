module seatrial.dev/agent

go 1.24
