/** How `validate` prints what it found. */
export const reportFormats = ['text', 'json', 'sarif', 'github'] as const;

export type ReportFormat = (typeof reportFormats)[number];
