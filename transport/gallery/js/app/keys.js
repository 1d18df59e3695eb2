// The page of keys.
export {}
