/* See scripts/models.sh for the flags and the verdict that each variant must have. */
/* One field of one link, direction "both".  Values are fresh ids (bit positions), so "which edit" is visible.
   REV  1: PATCH carries test /rev          LCAS 1: local commits are conditional on the local version read
   LOG  0: no memory of attempts | 1: only the last attempted value | 2: every value attempted since the base moved
   Faults: lost answers, PATCH delayed in the network past a retry, crash between PATCH and commit. */
byte L=0, lver=0, R=0, rrev=0, B=0;
byte W=0;                     /* attempts not yet settled: bit mask (LOG 2) or a single value's bit (LOG 1) */
byte nextv=1;                 /* next fresh value */
byte userR=0;                 /* ghost: bit mask of values typed by a remote user */
byte acked=1;                 /* ghost: values that have been the common base */
byte faults=NF, nl=NL, nr=NR; byte loggedL=0;
#define bit(v) (1<<(v))
bool net_busy[2]; byte net_v[2], net_rev[2], net_exp[2];

proctype luser() { end: do :: atomic { nl>0 -> nl--; L=nextv; nextv++; lver++ } od }
proctype ruser() { end: do :: atomic { nr>0 -> nr--; R=nextv; userR=userR|bit(nextv); nextv++; rrev++ } od }
/* the network delivers a PATCH at any later time */
proctype net(byte i) { end: do
  :: atomic { net_busy[i] ->
       if :: (!REV || net_rev[i]==rrev) ->
              assert(R==net_exp[i]);              /* P1a: never overwrite a remote value we had not seen */
              if :: R!=net_v[i] -> R=net_v[i]; rrev++ :: else fi
          :: else fi;
       net_busy[i]=false } od }
proctype sync() { byte l,lv,b,w,r,rr,eb,slot;
loop: end:
  atomic { (L!=R || B!=R || W!=0) -> l=L; lv=lver; b=B; w=W }
  atomic { r=R; rr=rrev }
  eb=b; if :: (w & bit(r)) -> eb=r :: else fi;
  if
  :: l==r -> atomic { if :: (!LCAS || lver==lv) -> B=r; acked=acked|bit(r); W=0 :: else fi }
  :: l!=r && l==eb -> atomic { if :: (!LCAS || lver==lv) -> assert(L==l) /* P1b: never overwrite an unseen local edit */;
                                 L=r; lver++; B=r; acked=acked|bit(r); W=0 :: else fi }
  :: l!=r && l!=eb && r==eb ->
       atomic { if :: (!LCAS || lver==lv) ->
                   if :: LOG==2 -> W=W|bit(l) :: LOG==1 -> W=bit(l) :: else fi;
                   if :: eb!=b -> B=eb; acked=acked|bit(eb) :: else fi
                :: else -> goto loop fi }
       atomic { if :: !net_busy[0] -> slot=0 :: else -> if :: !net_busy[1] -> slot=1 :: else -> slot=2 fi fi;
                if :: slot<2 -> net_v[slot]=l; net_rev[slot]=rr; net_exp[slot]=r; net_busy[slot]=true :: else fi }
       if :: slot==2 -> goto loop :: else fi;
       if
       :: atomic { faults>0 -> faults--; goto loop }        /* time-out or crash: outcome unknown */
       :: atomic { !net_busy[slot] -> if :: R==l -> B=l; acked=acked|bit(l); W=0 :: else fi }   /* answer arrived */
       fi
  :: l!=r && l!=eb && r!=eb ->
       atomic { if :: (!LCAS || lver==lv) ->
                   assert(userR & bit(r));                  /* P2: a conflict is only ever declared against a human edit */
                   assert(!(acked & bit(r)));
                   loggedL=loggedL|bit(l); assert(L==l); L=r; lver++; B=r; acked=acked|bit(r); W=0 :: else fi }
  fi; goto loop }
proctype check() { timeout -> assert(L==R && B==R) /* P3: convergence */ }
init { atomic { run luser(); run ruser(); run net(0); run net(1); run sync();
#ifdef TWO
  run sync();                                      /* two workers without any lease */
#endif
  run check() } }
