// Between the stopping of a state and the threads, timers and signals that ask for it.
#ifndef LB_INTERRUPT_THREADS_H
#define LB_INTERRUPT_THREADS_H

#include "CLuaSupport.h"

struct lb_Runner {
  pthread_t id;
  // The innermost state that the thread runs, with the others below it.
  lb_Context *volatile top;
  volatile sig_atomic_t everything;  // all of them are to stop
  volatile sig_atomic_t stopping;    // signals are sent until the stop has been carried out
  volatile sig_atomic_t tell;        // says what is running
  int life;                          // free, alive or dying
  lb_Runner *next;
};

// The record of the calling thread; made, with the timer thread, at the first call.
lb_Runner *lb_this_thread(void);
// Begins the stops that the calling thread has been asked for.
void lb_begin_asked_stops(lb_Runner *thread);
// Forgets the presses of Ctrl-C so far, when a thread has nothing more to run.
void lb_forget_presses(void);
// Lets the run be stopped after a time, and takes that back.
void lb_set_deadline(lb_Run *run, double seconds);
void lb_clear_deadline(lb_Run *run);
// Lets a stop of the state begin, called in a signal handler on its thread.
void lb_begin_state_stop(lb_Context *context, int reason, int depth);

#endif
