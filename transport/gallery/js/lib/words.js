// What a collection carries of all updates, and what follows of them: see "Words" and "The state".
import { compare, same } from './bytes.js'
import { role } from './fixed.js'
import { generationOf } from './label.js'
import { paint } from './paint.js'

const keysOfAnIssuer = 16

/** @typedef {import('./said.js').Update} Update */
/** @typedef {{update: Update, first: number, sum: bigint}} Weighed */

/** @param {Update} a @param {Update} b */
export const byWriter = (a, b) => compare(a.issuer, b.issuer) || compare(a.key, b.key)

/** The least rank of any item. @param {Update} u */
const least = (u) => u.labels.dict[0] ?? 0

/** The greatest rank of any item. @param {Update} u */
const greatest = (u) => u.labels.dict[u.labels.dict.length - 1] ?? 0

/** @param {Update} update @returns {Weighed} */
function weigh(update) {
  const counts = update.labels.counts()
  const sum = counts.reduce((sum, count, i) => sum + BigInt(count) * BigInt(update.labels.dict[i]), 0n)
  return { update, first: update.issuer.length ? greatest(update) : least(update), sum }
}

/** Which of two updates of one issuer is greater. @param {Weighed} a @param {Weighed} b */
function compareWeight(a, b) {
  if (a.first !== b.first) return a.first - b.first
  if (a.sum !== b.sum) return a.sum < b.sum ? -1 : 1
  return a.update.seal.issued - b.update.seal.issued || compare(a.update.raw, b.update.raw)
}

/** The bar: what the authority says of all items. @param {Update[]} updates */
export const bar = (updates) => updates.reduce((bar, u) => u.issuer.length ? bar : Math.max(bar, least(u)), 0)

/** Whether an update is over the bar. @param {Update} u @param {number} height */
export const overBar = (u, height) => !u.issuer.length || greatest(u) > height

/**
 * What is carried of updates, in any order, of which some may be the same.
 * @param {Update[]} updates @returns {Update[]} ascending
 */
export function carried(updates) {
  const height = bar(updates)
  const all = updates.map(weigh).sort((a, b) => byWriter(a.update, b.update) || compareWeight(b, a))
  const ofKeys = all.filter((w, i) => i === 0 || byWriter(w.update, all[i - 1].update) !== 0)
  /** @type {Update[]} */
  const left = []
  for (let from = 0, to = 0; from < ofKeys.length; from = to) {
    while (to < ofKeys.length && same(ofKeys[to].update.issuer, ofKeys[from].update.issuer)) to++
    const most = ofKeys.slice(from, to).sort((a, b) => compareWeight(b, a)).slice(0, keysOfAnIssuer)
    left.push(...most.map((w) => w.update).sort(byWriter))
  }
  return left.filter((u) => overBar(u, height))
}

/**
 * The state: the rank of each of n items.
 * @param {import('./fixed.js').Fixed} f @param {number} n @param {Update[]} updates @returns {Uint32Array}
 */
export function stateOf(f, n, updates) {
  const privileged = updates.filter((u) => role(f, u.issuer) !== 'completer')
  const ranks = new Uint32Array(n)
  join(ranks, privileged)
  const others = updates.filter((u) => role(f, u.issuer) === 'completer')
  if (others.length) join(ranks, others, (rank, open) => generationOf(rank) <= generationOf(open))
  return ranks
}

/**
 * Joins what updates say to ranks, those that count by the rank that the item has before.
 * @param {Uint32Array} ranks @param {Update[]} updates
 * @param {(rank: number, before: number) => boolean} [counts]
 */
function join(ranks, updates, counts) {
  /** @type {[number, number, number][]} */
  const runs = []
  const before = counts ? ranks.slice() : ranks
  let work = 0
  for (const { labels } of updates) {
    if (labels.form === 0) {
      labels.runs((rank, from, to) => {
        runs.push([rank, from, to])
        work += to - from
      })
      continue
    }
    const places = labels.places()
    for (let i = 0; i < labels.n; i++) {
      const rank = labels.dict[places[i]]
      if (rank > ranks[i] && (!counts || counts(rank, before[i]))) ranks[i] = rank
    }
  }
  if (work > 8 * ranks.length) return paint(ranks, runs, counts && before)
  for (const [rank, from, to] of runs) {
    for (let i = from; i < to; i++) if (rank > ranks[i] && (!counts || counts(rank, before[i]))) ranks[i] = rank
  }
}
