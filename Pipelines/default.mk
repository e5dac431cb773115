# The default: an atlas to look at, in two to three minutes on two cores for a thousand photographs
# (half of it for icons).
#
# All values are the programs' own: 100 positions per image, t-SNE of 64 components, a grid of 20, icons of 80
# pixels (Documentation/settings.md; measured in Documentation/choices.md). With many images fewer positions
# will do: 100,000 samples in all make a good layout.
