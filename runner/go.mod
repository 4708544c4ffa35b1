module cronium.dev/runner

go 1.26
