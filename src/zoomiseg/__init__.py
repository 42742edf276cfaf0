"""Click-based tumour segmentation of whole slide images at two magnifications."""
