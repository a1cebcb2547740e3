/** What a help shows last: command lines that work, or nearly. */
export const commandExamples: Readonly<Record<string, readonly string[]>> = {
  call: [
    "sidetone call sip:bob@example.com --play hello.wav",
    "sidetone call 192.0.2.7:5070 --tone 440 --duration 10 --record call.wav",
    "sidetone call bob --account work --dtmf 12#",
  ],
  answer: [
    "sidetone answer --echo",
    "sidetone answer --listen 127.0.0.1:5070 --play hello.wav --max-calls 1",
    "sidetone answer --account sip:echo@example.com --echo",
  ],
  options: ["sidetone options sip:example.com", "sidetone options 192.0.2.7:5070 --json"],
  register: [
    "sidetone register sip:alice@example.com",
    'sidetone register "sip:alice@example.com;transport=tcp" --server sip:192.0.2.7:5070 --watch',
  ],
  phone: [
    "sidetone phone sip:alice@example.com",
    "sidetone phone --tone 440 --record calls/",
    "printf 'wait registered\\ncall bob\\nwait connected\\nsleep 5\\nhangup\\n' | sidetone phone --json",
  ],
  doctor: [
    "sidetone doctor",
    "sidetone doctor sip:alice@example.com",
    'sidetone doctor "sip:pbx.example.com;transport=tls" --tls-ca ca.pem --json',
  ],
  registrar: ["sidetone registrar --users users.txt", "sidetone registrar --users users.txt --listen 127.0.0.1:5060 --domain example.com"],
};

export function examplesText(name: string): string {
  const examples = commandExamples[name];
  return examples ? ["", "Examples:", ...examples.map((line) => `  ${line}`)].join("\n") : "";
}
