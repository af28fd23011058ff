package uds

// autobinds says that bind(2) to the unnamed address chooses an abstract name:
// unix(7), "Autobind feature".
const autobinds = true
