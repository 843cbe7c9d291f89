// A tokenizer as a state machine: counts words, numbers and marks of a piece of text.
// launch tokens grid 1 block 32
// in uchar text[32*40] range 32 122
// out int counts[32*4]
// expect counts = token_counts(text, 40)
enum class State : unsigned char { Start, Word, Number, Mark };
enum { kWords, kNumbers, kMarks, kBlanks };

__device__ State classify(unsigned char c) {
  switch (c) {
    case ' ': return State::Start;
    case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8':
    case '9': return State::Number;
    default: break;
  }
  bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return letter ? State::Word : State::Mark;
}

__global__ void tokens(const unsigned char *text, int *counts) {
  int local[4] = {};
  State state = State::Start;
  for (int i = 0; i < 40; i++) {
    State next = classify(text[threadIdx.x * 40 + i]);
    switch (next) {
      case State::Word:
        if (state != State::Word) local[kWords]++;
        break;
      case State::Number:
        if (state == State::Word) {
          next = State::Word;
          break;
        }
        if (state != State::Number) ++local[kNumbers];
        break;
      case State::Mark: local[kMarks] += 1;  // falls through
      default: local[kBlanks]++;
    }
    state = next;
  }
  for (int i = 0; i < 4; i++) counts[threadIdx.x * 4 + i] = local[i];
}
