package dev.unmask.image;

/// Which part of a picture the model sees, and at what scale.
public record Frame(Axis horizontal, Axis vertical) {

    /// The box at `x`, `y` of a picture, in pixels of what the model sees; it may reach beyond, where the picture was
    /// cropped.
    public Box map(double x, double y, double width, double height) {
        return new Box(horizontal.map(x), vertical.map(y), horizontal.map(x + width), vertical.map(y + height));
    }
}
