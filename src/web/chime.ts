const notes = [
  { hertz: 659.25, at: 0 },
  { hertz: 880, at: 0.11 },
];
const lastsSeconds = 0.5;
const loudness = 0.12;

/** Two soft notes. A browser that nobody has touched the page in keeps silent. */
export async function chime(): Promise<void> {
  const speaker = new AudioContext();
  for (const { hertz, at } of notes) {
    const from = speaker.currentTime + at;
    const tone = new OscillatorNode(speaker, { frequency: hertz });
    const volume = new GainNode(speaker, { gain: 0 });
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(loudness, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, from + lastsSeconds);
    tone.connect(volume).connect(speaker.destination);
    tone.start(from);
    tone.stop(from + lastsSeconds);
  }
  await new Promise((ended) => setTimeout(ended, 1_000));
  await speaker.close();
}
