/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * timer_waits - keeps idle clients of an old librdkafka from going round without a pause.
 *
 * Before 2.4 (librdkafka's issue 4684) a handle's main thread waits for its timers in whole
 * milliseconds, rounded down, and spins through the rest of the last one: with some twenty clients
 * that is four fifths of what an idle worker costs. A program that calls timer_waits_begin() brings
 * a cnd_timedwait() of its own, which the dynamic linker prefers to the C library's: it waits one
 * millisecond longer on those threads, and changes nothing on others. What comes to such a thread's
 * queue wakes it at once as before.
 */

/* In a program, before the first client is opened. No effect where librdkafka is newer. */
void timer_waits_begin(void);
