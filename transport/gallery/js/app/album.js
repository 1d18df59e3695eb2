// The script of an album's page: the rest waits until what the server has drawn is on the screen,
// or has not been for a while, as in a tab behind others.
await new Promise((go) => {
  requestAnimationFrame(() => setTimeout(go))
  setTimeout(go, 500)
})
await import('./album-page.js')
