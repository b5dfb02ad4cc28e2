module seatrial.dev/space

go 1.24
