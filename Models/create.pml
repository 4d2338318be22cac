/* See scripts/models.sh for the flags and the verdict that each variant must have. */
/* Crash-safe create of one work item for one link.
   Remote side: POST is not idempotent; the answer can be lost; a marker search may lag.
   FIX 0 naive | 1 intent + marker look-up | 2 = 1 + lease fence + visibility wait
   FIX 3 = 2 + "no POST of an older epoch can still be in flight when the look-up decides 'absent'"
   PROP 0: at quiescence, after the duplicate sweep, exactly one live item and the link bound to it
   PROP 1: never two items at all */
byte items = 0, visible = 0, bound = 0, epoch = 0, retired = 0, inflight = 0;
byte crashes = NCRASH, losts = NLOST;
bool intent = false, sent = false, done = false;

inline lag() { if :: visible = items :: skip fi }
inline crash() { if :: crashes > 0 -> atomic { crashes--; goto start } :: skip fi }

proctype worker() {
  byte my, seen; bool ok;
start:
end0:
  atomic { !done && epoch < NEPOCH -> epoch++; my = epoch }           /* take (or steal) the lease */
#if FIX == 0
  atomic { items++; assert(!PROP || items <= 1); lag(); if :: losts > 0 -> losts--; ok = false :: ok = true fi }
  crash();
  if :: !ok -> goto start :: else fi;
  atomic { bound = 1; done = true }
#else
  intent = true;
  crash();
  if
  :: sent ->
#if FIX == 3
     inflight == 0;                                 /* request deadline + T_vis has passed */
#endif
#if FIX >= 2
     visible = items;                               /* T_vis has passed: search is complete */
#endif
     seen = visible;
     if :: seen > 0 -> goto bind :: else fi
  :: else
  fi;
#if FIX >= 2
  atomic { if :: epoch == my -> sent = true; inflight++ :: else -> goto start fi };
#else
  sent = true;
#endif
  if :: crashes > 0 -> atomic { crashes--; if :: FIX >= 2 -> inflight-- :: else fi; goto start } :: skip fi;
  atomic { items++; assert(!PROP || items <= 1); lag(); if :: FIX >= 2 -> inflight-- :: else fi;
           if :: losts > 0 -> losts--; ok = false :: ok = true fi };
  crash();
  if :: !ok -> goto start :: else fi;
bind:
#if FIX >= 2
  atomic { if :: epoch == my -> bound = 1; done = true :: else -> goto start fi }
#else
  atomic { bound = 1; done = true }
#endif
#endif
}
proctype sweep() {
end1:
  timeout ->
#if FIX >= 2
  atomic { visible = items; if :: items > 1 -> retired = items - 1 :: else fi };
#endif
  assert(epoch == NEPOCH || (items - retired == 1 && bound == 1))
}
init { atomic { run worker(); run worker(); run sweep() } }
