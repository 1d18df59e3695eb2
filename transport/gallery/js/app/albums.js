// The page of all albums.
export {}
