module example.com/parkly

go 1.24
