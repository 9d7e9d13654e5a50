// Threads that give way.
#pragma once

namespace outbox {

/// From now on the calling thread gets what processor time the others leave: a message may be a
/// second late, a webhook must be answered within ten. Linux, where a thread has a niceness of its
/// own. Calling it again changes nothing.
void give_way();

}  // namespace outbox
