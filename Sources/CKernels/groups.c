/* Groups of a warp's lanes: the one with the lowest place runs, equal places merge. */

#include "machine.h"

void ok_take_group(ok_warp *w, uint32_t index) {
  w->ready--;
  for (uint32_t k = index; k < w->ready; k++) w->ready_groups[k] = w->ready_groups[k + 1];
}

void ok_add_group(ok_warp *w, uint32_t pc, uint32_t mask) {
  uint32_t at = 0;
  while (at < w->ready && w->ready_groups[at].pc < pc) at++;
  if (at < w->ready && w->ready_groups[at].pc == pc) {
    w->ready_groups[at].mask |= mask;
    return;
  }
  for (uint32_t k = w->ready; k > at; k--) w->ready_groups[k] = w->ready_groups[k - 1];
  w->ready_groups[at] = (ok_group){.pc = pc, .mask = mask, .state = OK_READY};
  w->ready++;
}

/* A group that spins keeps others from what it waits for: the next one has its turn. */
static int give_turn(ok_warp *w) {
  w->spins = 0;
  if (w->ready == 0) return 2;
  if (w->rotation++ & 1) return 2;
  ok_group chosen = w->ready_groups[(w->rotation >> 1) % w->ready];
  ok_take_group(w, (w->rotation >> 1) % w->ready);
  ok_add_group(w, w->pc, w->current);
  w->pc = chosen.pc;
  w->current = chosen.mask;
  w->turn = OK_TURN_BLOCKS;
  return 1;
}

int ok_meet(ok_warp *w) {
  for (uint32_t k = 0; k < w->ready; k++) {
    if (w->ready_groups[k].pc != w->pc) continue;
    w->current |= w->ready_groups[k].mask;
    ok_take_group(w, k);
    break;
  }
  if (w->turn) {
    w->turn--;
    return 0;
  }
  if (w->ready && w->ready_groups[0].pc < w->pc) {
    ok_group lowest = w->ready_groups[0];
    ok_take_group(w, 0);
    ok_add_group(w, w->pc, w->current);
    w->pc = lowest.pc;
    w->current = lowest.mask;
    return 1;
  }
  return w->spins >= OK_MOST_SPINS ? give_turn(w) : 0;
}

static void park(ok_warp *w, uint32_t state, uint32_t key) {
  w->parked_groups[w->parked++] = (ok_group){
      .pc = w->pc, .mask = w->current, .state = state, .key = key, .expected = w->alive};
}

/* Lanes that wait at a warp barrier with this mask. */
static uint32_t arrived_with(const ok_warp *w, uint32_t mask) {
  uint32_t lanes = 0;
  for (uint32_t k = 0; k < w->parked; k++) {
    const ok_group *g = &w->parked_groups[k];
    if (g->state == OK_AT_WARP_BARRIER && g->key == mask) lanes |= g->mask;
  }
  return lanes;
}

static void release(ok_warp *w, uint32_t mask) {
  uint32_t kept = 0;
  for (uint32_t k = 0; k < w->parked; k++) {
    ok_group g = w->parked_groups[k];
    if (g.state == OK_AT_WARP_BARRIER && g.key == mask) ok_add_group(w, g.pc, g.mask);
    else w->parked_groups[kept++] = g;
  }
  w->parked = kept;
}

int ok_arrive_warp(ok_warp *w, uint32_t mask) {
  uint32_t needed = mask & w->alive;
  if ((needed & ~w->current) == 0) return 0;
  park(w, OK_AT_WARP_BARRIER, mask);
  if ((needed & ~arrived_with(w, mask)) == 0) release(w, mask);
  return 1;
}

void ok_release_warp_barriers(ok_warp *w) {
  for (uint32_t k = 0; k < w->parked; k++) {
    if (w->parked_groups[k].state != OK_AT_WARP_BARRIER) continue;
    uint32_t mask = w->parked_groups[k].key;
    if (mask & w->alive & ~arrived_with(w, mask)) continue;
    release(w, mask);
    k = UINT32_MAX; /* the list has changed: from its begin */
  }
}
