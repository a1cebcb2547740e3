#!/bin/sh
# Makes the speech of the examples anew: apt-get install espeak-ng sox; sh examples/media/make-speech.sh
# 16 kHz mono 16-bit, silence trimmed to 0.1 s at both ends, peaks at -3 dBFS. Only espeak-ng's own voices (no MBROLA).
set -eu
cd "$(dirname "$0")"

speak() { # file, voice, words per minute, text
  raw=$(mktemp --suffix=.wav)
  espeak-ng -v "$2" -s "$3" -w "$raw" "$4"
  sox "$raw" -r 16000 -c 1 -b 16 "$1" silence 1 0.01 0.3% reverse silence 1 0.01 0.3% reverse pad 0.1 0.1 gain -n -3
  rm "$raw"
}

speak hello.wav en-gb-x-rp 150 "Hello. This is Sidetone. You are listening to a real call."
speak answer.wav en-us+f3 155 "Good day. I can hear you well. Thank you for calling."
