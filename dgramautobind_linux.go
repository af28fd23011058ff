package uds

// autobinds says whether bind(2) to the unnamed address chooses an abstract
// name: unix(7), "Autobind feature".
const autobinds = true
