/** The engine's named volumes. */
export interface VolumeEngine {
  /** Existing is fine. */
  create(name: string, labels: Record<string, string>, signal: AbortSignal): Promise<void>;
  /** Missing is fine; one in use fails with VOLUME_IN_USE. */
  remove(name: string, signal: AbortSignal): Promise<void>;
  list(labels: Record<string, string>, signal: AbortSignal): Promise<VolumeSummary[]>;
}

export interface VolumeSummary {
  name: string;
  labels: Record<string, string>;
  createdAt: number;
}
