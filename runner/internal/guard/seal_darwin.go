package guard

// seal has nothing to do: the system lets nobody trace a process without a person's consent.
func seal() {}
