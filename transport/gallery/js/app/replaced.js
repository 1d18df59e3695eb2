// Albums that others stand for, since their authors went on in those.

/** @param {string[]} keys of albums @returns {Promise<Record<string, string>>} by what those are replaced that are, as far as anybody says */
export async function replacedBy(keys) {
  const answer = await fetch('/replaced', { method: 'POST', body: new URLSearchParams(keys.map((key) => ['album', key])) }).catch(() => null)
  return answer?.ok ? answer.json() : {}
}
